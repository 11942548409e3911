import ts from 'typescript';

/**
 * Edits of sources by their syntax. Each returns the whole new source, unformatted, or throws an Error that says what it did not
 * find; nothing is changed then.
 */

/** The source with one more entry at the end of the list or object that has this name, as a variable or a member. */
export function withEntry(source: string, name: string, entry: string): string {
  const found = first(source, (node) => {
    if (!ts.isVariableDeclaration(node) && !ts.isPropertyAssignment(node)) return undefined;
    return node.name.getText() === name ? literalOf(node.initializer) : undefined;
  });
  if (found === undefined)
    throw new Error(`there is no list or object "${name}" with its entries written out`);
  const entries = ts.isArrayLiteralExpression(found) ? found.elements : found.properties;
  const comma = entries.length === 0 || entries.hasTrailingComma ? '' : ',';
  return inserted(source, entries.end, `${comma}\n${entry},\n`);
}

/** The source with one more member of a union type. */
export function withMember(source: string, type: string, member: string): string {
  const found = first(source, (node) =>
    ts.isTypeAliasDeclaration(node) && node.name.text === type ? node : undefined,
  );
  if (found === undefined) throw new Error(`there is no type "${type}"`);
  return inserted(source, found.type.end, ` | ${member}`);
}

/** The source with statements before a type or function that it declares. */
export function withBefore(source: string, name: string, statements: string): string {
  const found = first(source, (node) =>
    (ts.isTypeAliasDeclaration(node) || ts.isFunctionDeclaration(node)) && node.name?.text === name
      ? node
      : undefined,
  );
  if (found === undefined) throw new Error(`there is no declaration of "${name}"`);
  return inserted(source, found.getStart(undefined, true), `${statements}\n\n`);
}

/** The source with one more case at the end of its only `switch`. */
export function withCase(source: string, text: string): string {
  const found = first(source, (node) => (ts.isSwitchStatement(node) ? node : undefined));
  if (found === undefined) throw new Error('there is no switch over the types of events');
  return inserted(source, found.caseBlock.clauses.end, `\n${text}\n`);
}

/** The source with one more name imported from a module, or exported from it. */
export function withName(source: string, kind: 'import' | 'export', module: string, name: string): string {
  const wanted = name.replace(/^type /, '');
  const found = first(source, (node) => {
    if (kind === 'import' && ts.isImportDeclaration(node) && textOf(node.moduleSpecifier) === module) {
      const bindings = node.importClause?.namedBindings;
      return bindings && ts.isNamedImports(bindings)
        ? { list: bindings, ofTypes: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword }
        : undefined;
    }
    if (kind === 'export' && ts.isExportDeclaration(node) && textOf(node.moduleSpecifier) === module) {
      const { exportClause } = node;
      return exportClause && ts.isNamedExports(exportClause)
        ? { list: exportClause, ofTypes: node.isTypeOnly }
        : undefined;
    }
    return undefined;
  });
  if (found === undefined || (found.ofTypes && wanted === name)) {
    const last = fileOf(source).statements.findLast(
      kind === 'import' ? ts.isImportDeclaration : ts.isExportDeclaration,
    );
    return inserted(source, last?.end ?? 0, `\n${kind} { ${name} } from '${module}';\n`);
  }
  const { elements } = found.list;
  if (elements.some((element) => element.name.text === wanted)) return source;
  const comma = elements.length === 0 || elements.hasTrailingComma ? '' : ',';
  return inserted(source, elements.end, `${comma} ${found.ofTypes ? wanted : name}`);
}

/** The text with lines after the last one that matches. */
export function withLineAfter(text: string, pattern: RegExp, added: string): string {
  const lines = text.split('\n');
  const at = lines.findLastIndex((line) => pattern.test(line));
  if (at < 0) throw new Error(`no line looks like ${pattern.source}`);
  return [...lines.slice(0, at + 1), added, ...lines.slice(at + 1)].join('\n');
}

/** Names of the members of an object that is written out. */
export function membersOf(source: string, name: string): { readonly name: string; readonly text: string }[] {
  const found = first(source, (node) =>
    ts.isVariableDeclaration(node) && node.name.getText() === name ? literalOf(node.initializer) : undefined,
  );
  if (found === undefined || !ts.isObjectLiteralExpression(found))
    throw new Error(`there is no object "${name}"`);
  return found.properties.flatMap((member) =>
    ts.isPropertyAssignment(member)
      ? [{ name: textOf(member.name) ?? member.name.getText(), text: member.getText() }]
      : [],
  );
}

/** Texts of a list that is written out. */
export function membersOfList(source: string, name: string): string[] {
  const found = first(source, (node) =>
    ts.isVariableDeclaration(node) && node.name.getText() === name ? literalOf(node.initializer) : undefined,
  );
  if (found === undefined || !ts.isArrayLiteralExpression(found))
    throw new Error(`there is no list "${name}"`);
  return found.elements.flatMap((element) => textOf(element) ?? []);
}

/** Names of the variables, functions and types that a source exports where it declares them. */
export function declaredIn(source: string): string[] {
  return fileOf(source).statements.flatMap((statement): string[] => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText());
    if (
      ts.isFunctionDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement)
    )
      return statement.name === undefined ? [] : [statement.name.text];
    return [];
  });
}

function fileOf(source: string): ts.SourceFile {
  return ts.createSourceFile('edited.ts', source, ts.ScriptTarget.Latest, true);
}

function first<Found>(source: string, find: (node: ts.Node) => Found | undefined): Found | undefined {
  const visit = (node: ts.Node): Found | undefined => find(node) ?? ts.forEachChild(node, visit);
  return visit(fileOf(source));
}

/** The list or object behind `as const` and `satisfies`. */
function literalOf(
  node: ts.Expression | undefined,
): ts.ArrayLiteralExpression | ts.ObjectLiteralExpression | undefined {
  if (node === undefined) return undefined;
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return literalOf(node.expression);
  return ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node) ? node : undefined;
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function inserted(source: string, at: number, text: string): string {
  return source.slice(0, at) + text + source.slice(at);
}
