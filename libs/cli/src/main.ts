#!/usr/bin/env node
import { keepCompiledCode } from './keep-compiled-code.ts';

// Before anything is loaded that it would keep.
keepCompiledCode(process.env);
const { runProcess } = await import('./run-process.ts');
await runProcess();
