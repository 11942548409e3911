/**
 * Imported before an application, it makes that the next release: `product_search` has the version after this one's, and its titles
 * are in capitals, so that a document shows which release made it. All else stays.
 */
import { registerHooks } from 'node:module';

const scheme = 'next-release:';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    const isRegistered =
      /\/product-search\.[jt]s$/.test(specifier) &&
      /\/registered-projections\.[jt]s$/.test(context.parentURL);
    return isRegistered ? { url: `${scheme}${resolved.url}`, shortCircuit: true } : resolved;
  },
  load(url, context, nextLoad) {
    if (!url.startsWith(scheme)) return nextLoad(url, context);
    const source = `
      import { productSearch as before } from '${url.slice(scheme.length)}';
      export const productSearch = {
        ...before,
        version: before.version + 1,
        evolve(document, event) {
          const result = before.evolve(document, event);
          if (result.outcome !== 'put') return result;
          return { ...result, data: { ...result.data, title: result.data.title.toUpperCase() } };
        },
      };`;
    return { format: 'module', source, shortCircuit: true };
  },
});
