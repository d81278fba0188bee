// Registers $SIPTRUST_URI over TLS and stays to answer requests.
'use strict';
const dns = require('dns');
const fs = require('fs');
const net = require('net');
dns.setServers([process.env.SIPTRUST_DNS]); // before sip takes the functions

const places = ['/usr/local/lib/node_modules', '/usr/lib/node_modules', process.cwd()];
const sip = require(require.resolve('sip', {paths: places}));
const env = name => process.env['SIPTRUST_' + name];
const read = name => env(name) ? fs.readFileSync(env(name)) : undefined;
const port = Number(process.argv[2]);
const named = net.isIP(env('HOST')) ? {} : {servername: env('HOST')};

sip.start({
  tls: {ca: read('CA_FILE'), cert: read('CERT_FILE'), key: read('KEY_FILE'), ...named},
  udp: false, tcp: false, tls_port: port, address: '127.0.0.1', publicAddress: '127.0.0.1',
}, request => sip.send(sip.makeResponse(request, request.method === 'OPTIONS' ? 200 : 405)));

const user = 'sip:alice@' + env('DOMAIN');
const server = `sip:${env('HOSTPORT')};transport=tls`;
sip.send({
  method: 'REGISTER',
  uri: env('PROXY') ? 'sip:' + env('DOMAIN') : server,
  headers: {
    to: {uri: user}, from: {uri: user, params: {tag: 'siptrust'}},
    'call-id': 'siptrust-' + process.pid, cseq: {method: 'REGISTER', seq: 1},
    contact: [{uri: `sip:alice@127.0.0.1:${port};transport=tls`}], expires: 60,
    ...(env('PROXY') ? {route: [{uri: server + ';lr'}]} : {}),
  },
}, answer => console.log('REGISTER:', answer.status, answer.reason));
