/** Warnings without that about indices of others: tests that run side by side make some that no node may take. */
export function ownWarnings({ warnings }: { readonly warnings: readonly string[] }): string[] {
  return warnings.filter(
    (warning) => !warning.startsWith('the cluster is red because of indices that readers'),
  );
}
