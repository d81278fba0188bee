# Registers $SIPTRUST_URI over TLS and stays to answer requests.
use strict;
use warnings;

# Net::SIP asks the servers of Net::DNS's defaults, which come from here.
BEGIN {
	my ( $server, $port ) = split /:/, $ENV{SIPTRUST_DNS};
	@ENV{qw(RES_NAMESERVERS RES_OPTIONS)} = ( $server, "port:$port" );
}
use Net::SIP;

my ($port) = @ARGV;
my %env = map { $_ => $ENV{"SIPTRUST_$_"} } qw(HOST PORT CA_FILE CERT_FILE KEY_FILE);

my %tls = ( SSL_ca_file => $env{CA_FILE} );
@tls{qw(SSL_cert_file SSL_key_file)} = @env{qw(CERT_FILE KEY_FILE)} if $env{CERT_FILE};

my $ua = Net::SIP::Simple->new(
	legs      => [ Net::SIP::Leg->new( proto => 'tls', addr => '127.0.0.1', port => $port, tls => \%tls ) ],
	from      => "sips:alice\@$env{HOST}",
	registrar => "sips:$env{HOST}:$env{PORT}",
);
$ua->register( expires => 60, cb_final => sub { print "REGISTER: $_[0]\n" } );
$ua->listen; # answers OPTIONS too
$ua->loop;
