import process from 'node:process';

// Prints the names of the indices behind an alias; none where it is not there, or the server wants credentials that this client has not.
const [node, alias] = process.argv.slice(1) as [string, string];
const response = await fetch(`${node.replace(/\/$/, '')}/_alias/${alias}`);
const names = response.ok ? Object.keys((await response.json()) as object) : [];
process.stdout.write(JSON.stringify(names));
