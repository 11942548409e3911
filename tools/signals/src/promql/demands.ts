import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** A metric that an expression reads, and the labels it counts on. */
export interface Demand {
  readonly metric: string;
  readonly labels: ReadonlySet<string>;
}

/**
 * The metrics of a PromQL expression, each with the labels that its matchers name, and those that sums and joins around it keep.
 * Grafana's variables are filled in first.
 *
 * @throws Error where it is no PromQL, with the place
 */
export function demandsOf(expr: string): Demand[] {
  const text = expr.replaceAll('$__rate_interval', '5m');
  const tree = parser.parse(text);
  const demands: Demand[] = [];
  const word = (node: SyntaxNode): string => text.slice(node.from, node.to);
  const labelsIn = (node: SyntaxNode | null): string[] =>
    node === null ? [] : node.getChildren('LabelName').map(word);

  const visit = (node: SyntaxNode, kept: readonly string[]): void => {
    if (node.type.isError) throw new Error(`No PromQL at ${node.from} of ${text}`);
    let own = kept;
    if (node.name === 'VectorSelector') {
      const name = node.getChild('Identifier');
      if (name === null) throw new Error(`A selector without a metric at ${node.from} of ${text}`);
      const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
      demands.push({ metric: word(name), labels: new Set([...kept, ...matchers.flatMap(labelsIn)]) });
    } else if (node.name === 'AggregateExpr') {
      const modifier = node.getChild('AggregateModifier');
      // What is kept around a sum has to be kept by the sum, so only its own labels count.
      if (modifier?.getChild('By')) own = labelsIn(modifier.getChild('GroupingLabels'));
    } else if (node.name === 'BinaryExpr') {
      const joined = node.getChild('MatchingModifierClause');
      if (joined?.getChild('On')) own = [...kept, ...labelsIn(joined.getChild('GroupingLabels'))];
    }
    for (let child = node.firstChild; child !== null; child = child.nextSibling) visit(child, own);
  };
  visit(tree.topNode, []);
  return demands;
}
