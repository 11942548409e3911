import ts from 'typescript';

/** How someone else's project resolves and checks types. */
export interface Consumer {
  readonly module: 'nodenext' | 'bundler';
  /** Files that are checked, with their text where they are not on disk. */
  readonly files: Readonly<Record<string, string | undefined>>;
  /** Compiler options beside the strict ones. */
  readonly options?: ts.CompilerOptions;
  /** Where a package is resolved from instead of the file that imports it. */
  readonly resolveFrom?: (name: string, importing: string) => string;
}

/**
 * What TypeScript finds wrong with the files, and with every declaration of ours that they lead to (libraries are not skipped).
 *
 * @param ours which of the files that are reached are judged
 */
export function problemsOf(consumer: Consumer, ours: (file: string) => boolean): string[] {
  const options: ts.CompilerOptions = {
    ...{ target: ts.ScriptTarget.ES2024, lib: ['lib.es2024.d.ts'], types: ['node'], noEmit: true },
    ...{
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
    },
    ...(consumer.module === 'nodenext'
      ? { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext }
      : { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }),
    ...consumer.options,
  };
  const program = ts.createProgram(Object.keys(consumer.files), options, hostOf(consumer, options));
  return program
    .getSourceFiles()
    .filter(({ fileName }) => fileName in consumer.files || ours(fileName))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, start, messageText }) => {
      const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
      return `${file?.fileName}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
}

function hostOf({ files, resolveFrom }: Consumer, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const { fileExists, directoryExists, readFile } = host;
  host.fileExists = (file) => files[file] !== undefined || fileExists(file);
  host.directoryExists = (folder) =>
    Object.keys(files).some((file) => file.startsWith(`${folder}/`)) || directoryExists!(folder);
  host.readFile = (file) => files[file] ?? readFile(file);
  host.getSourceFile = (file, version) => {
    const text = host.readFile(file);
    return text === undefined ? undefined : ts.createSourceFile(file, text, version);
  };
  if (!resolveFrom) return host;
  const cache = ts.createModuleResolutionCache(host.getCurrentDirectory(), (name) => name, options);
  host.resolveModuleNameLiterals = (names, importing, redirected, opts, source) =>
    names.map((name) => {
      const from = name.text.startsWith('.') ? importing : resolveFrom(name.text, importing);
      const mode = ts.getModeForUsageLocation(source, name, opts);
      return ts.resolveModuleName(name.text, from, opts, host, cache, redirected, mode);
    });
  return host;
}
