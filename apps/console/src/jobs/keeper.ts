import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';

/*
 * Runs a job to its end and keeps its exit code in a file, whole or not at all: node keeper.js FILE PROGRAM [ARGUMENT]...
 * It is a process beside the console, so it is there when the console is not. A program rather than a line of shell, because the image
 * needs no shell.
 */
const [file, program, ...args] = process.argv.slice(2);
if (file === undefined || program === undefined) throw new Error('FILE and PROGRAM are required.');

const keep = (code: number): void => {
  writeFileSync(`${file}.part`, String(code), { mode: 0o600 });
  renameSync(`${file}.part`, file);
  process.exitCode = code;
};

spawn(program, args, { stdio: 'inherit' })
  .on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    keep(127);
  })
  .on('exit', (code, signal) => keep(code ?? 128 + constants.signals[signal!]));
