import process from 'node:process';

// Asks an address for JSON with the key, and prints it.
const [url] = process.argv.slice(1) as [string];
const headers = { authorization: `Bearer ${process.env['REPRISE_API_KEY']}` };
const response = await fetch(url, { headers });
if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
process.stdout.write(await response.text());
