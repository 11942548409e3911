/**
 * Rows that run with the tests: promises that would hurt most if they were broken, and that no other test shows across all
 * processes. None of them kills a server.
 */
export const shortSelection: readonly string[] = ['W1', 'R1', 'C2', 'B1', 'B4', 'B5', 'V1'];
