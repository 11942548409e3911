/** Whether a file of a project's `dist` runs in production: no test, no fixture of one, no type, no map of a source that is not there. */
export function isShippedOfBuild(path: string): boolean {
  return !/(^|\/)testing\/|\.(spec|contract)\.js$|\.map$|\.d\.[cm]?ts$|\.tsbuildinfo$/.test(path);
}

/** Whether a file of an npm package can be read when it runs. Licences are kept. */
export function isShippedOfPackage(path: string): boolean {
  return !/\.map$|\.[cm]?tsx?$|\.tsbuildinfo$|(^|\/)(?!licen[cs]e|notice|copying)[^/]*\.(md|markdown)$/i.test(
    path,
  );
}
