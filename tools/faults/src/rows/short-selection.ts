/** Rows that run with the tests: what they say would hurt most if it did not hold. None of them kills a server. */
export const shortSelection: readonly string[] = ['W1'];
