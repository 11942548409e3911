import type { ProblemException } from '@reprise/http';

/** A refusal as a page: whoever comes back from a provider is a person with a browser, and needs the way on. */
export function refusalPage(
  { title, detail }: Pick<ProblemException, 'title'> & { readonly detail: string },
  to: string,
): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escaped(title)}</title>
<h1>${escaped(title)}</h1>
<p>${escaped(detail)}</p>
<p><a href="${escaped(to)}">Back to the console</a></p>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
