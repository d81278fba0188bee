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
my %env = map { $_ => $ENV{"SIPTRUST_$_"} } qw(URI SECOND_URI PROXY CA_FILE CERT_FILE KEY_FILE);

my %tls = ( SSL_ca_file => $env{CA_FILE} );
@tls{qw(SSL_cert_file SSL_key_file)} = @env{qw(CERT_FILE KEY_FILE)} if $env{CERT_FILE};

# An account is registered where its URI leads, without the user and, as an
# address of record, without the port.
sub registration {
	my ($uri) = @_;
	my ($server) = $uri =~ /\@(.*)/;
	my ($domain) = $server =~ /^([^:;]+)/;
	return ( from => "sips:alice\@$domain", registrar => "sips:$server" );
}

my $ua = Net::SIP::Simple->new(
	legs => [ Net::SIP::Leg->new( proto => 'tls', addr => '127.0.0.1', port => $port, tls => \%tls ) ],
	$env{PROXY} ? ( outgoing_proxy => $env{PROXY} ) : (),
	registration( $env{URI} ),
);
my @accounts = grep { $_ } @env{qw(URI SECOND_URI)};

# One account after the other.
sub next_account {
	my $uri = shift @accounts or return;
	$ua->register(
		expires  => 60,
		registration($uri),
		cb_final => sub { print "REGISTER: $_[0]\n"; next_account() },
	);
}
next_account();
$ua->listen; # answers OPTIONS too
$ua->loop;
