import { CommanderError } from 'commander';
import { outliveReaders, printableLines, shutdownSignal } from '@reprise/runtime';
import { runCommandLine } from './program.ts';
import { describeError, exitCodeFor, isOfShutdown, signalExitCodes } from './command-errors.ts';

outliveReaders();
const shutdown = shutdownSignal();
const stderr = (text: string) => void process.stderr.write(text);

try {
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    env: process.env,
    signal: shutdown.signal,
    received: shutdown.received,
    stdout: (text) => void process.stdout.write(text),
    stderr,
    columns: () => process.stderr.columns,
    onResize: (listener) => {
      process.stderr.on('resize', listener);
      return () => process.stderr.off('resize', listener);
    },
    ...(process.stdout.isTTY && {
      screen: {
        columns: () => process.stdout.columns,
        colour: (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb',
        write: (text: string) => void process.stdout.write(text),
      },
    }),
    interactive: process.stderr.isTTY === true && process.env['TERM'] !== 'dumb',
  });
} catch (error) {
  const signal = isOfShutdown(error, shutdown.signal) ? shutdown.received() : undefined;
  process.exitCode = signal ? signalExitCodes[signal] : exitCodeFor(error);
  if (signal) stderr(`Stopped by ${signal}. Nothing more was changed; the same command can be run again.\n`);
  else if (!(error instanceof CommanderError)) stderr(`${printableLines(describeError(error))}\n`);
} finally {
  shutdown.dispose();
  // Only connections to servers that hang could keep a process that has said all: they are left behind.
  setTimeout(() => process.exit(), 1_000).unref();
}
