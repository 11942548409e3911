import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';

// Connects to each `host:port`; prints those that do not answer, with the reason.
const failed: string[] = [];
for (const address of process.argv.slice(1)) {
  const [host, port] = address.split(':');
  const socket = connect({ host: host!, port: Number(port), timeout: 10_000 });
  socket.on('timeout', () => socket.destroy(new Error('no answer within 10 s')));
  try {
    await once(socket, 'connect');
  } catch (error) {
    failed.push(`${address}: ${(error as Error).message}`);
  }
  socket.destroy();
}
process.stdout.write(JSON.stringify(failed));
