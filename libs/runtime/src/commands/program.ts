/** How the command line of the rebuild job is called in a clone. Every message and help text that names it takes it from here. */
export const program = './reprise';
