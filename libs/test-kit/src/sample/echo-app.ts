import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The smallest application the test kit can spawn: it logs, listens, becomes ready at its second probe and exits on SIGTERM. */
const log = (line: object): void => console.log(JSON.stringify(line));
let probes = 0;
const server = createServer((_, response) => {
  probes += 1;
  response.writeHead(probes > 1 ? 200 : 503).end();
});
log({ msg: 'arguments', arguments: process.argv.slice(2).join(' '), brokers: process.env['KAFKA_BROKERS'] });
if (process.env['FAIL'] === 'yes') {
  console.error('no way to start');
  process.exit(7);
}
server.listen(0, '127.0.0.1', () => log({ msg: 'listening', port: (server.address() as AddressInfo).port }));
process.on('SIGTERM', () => {
  log({ msg: 'stopped' });
  process.exit(0);
});
