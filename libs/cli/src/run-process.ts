import { outliveReaders, printableLines, shutdownSignal } from '@reprise/runtime';
import { CommanderError } from 'commander';
import { isOfShutdown, signalExitCodes } from './cancellation.ts';
import { exitWhenSaid } from './exit-when-said.ts';
import { runCommandLine } from './program.ts';

/** Runs a command and returns its exit code. */
export type AroundCommand = (
  warn: (sentence: string) => void,
  command: () => Promise<number>,
) => Promise<number>;

/**
 * Runs the command line as this process: its arguments, environment, streams and signals are taken, its exit code is set.
 * Call it once, from the first file of a process.
 * @param around something that begins before the command and ends after it; it may write sentences to stderr
 */
export async function runProcess(around: AroundCommand = (_, command) => command()): Promise<void> {
  outliveReaders();
  const shutdown = shutdownSignal();
  const stderr = (text: string) => void process.stderr.write(text);

  try {
    const command = () =>
      runCommandLine(process.argv.slice(2), {
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
    process.exitCode = await around((sentence) => stderr(`${printableLines(sentence)}\n`), command);
  } catch (error) {
    const signal = isOfShutdown(error, shutdown.signal) ? shutdown.received() : undefined;
    if (signal) {
      process.exitCode = signalExitCodes[signal];
      stderr(`Stopped by ${signal}. Nothing more was changed; the same command can be run again.\n`);
    } else if (error instanceof CommanderError) {
      process.exitCode = error.exitCode;
    } else {
      const { describeError, exitCodeFor } = await import('./command-errors.ts');
      process.exitCode = exitCodeFor(error);
      stderr(`${printableLines(describeError(error))}\n`);
    }
  } finally {
    shutdown.dispose();
    exitWhenSaid([process.stdout, process.stderr], () => process.exit());
  }
}
