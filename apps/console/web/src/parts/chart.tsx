import { useEffect, useRef, useState, type RefObject } from 'react';
import { number } from '../words/format.ts';
import { utcClock } from '../words/moments.ts';
import { tickLabel, timeTicks, valueTicks } from '../words/ticks.ts';

export interface Point {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Null where it was not known: the line breaks there. */
  readonly value: number | null;
}

export interface ChartProps {
  readonly name: string;
  /** Of the values: `s`, `events/s`. */
  readonly unit: string;
  readonly points: readonly Point[];
  readonly height?: number;
  /** Where the axis ends unless a value is higher. */
  readonly atLeast?: number;
}

const left = 44;
const right = 10;
const top = 22;
const bottom = 18;

/** A line over time with both axes. */
export function Chart({ name, unit, points, height = 110, atLeast = 1 }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || values.length < 2 || first.at === last.at)
    return (
      <div ref={box} className="chart quiet">
        {name}: this console has not seen enough of it for a chart.
      </div>
    );

  const marks = valueTicks(Math.max(atLeast, ...values), height < 90 ? 2 : 4);
  const highest = marks.at(-1)!;
  const x = (at: number): number => left + ((at - first.at) / (last.at - first.at)) * (width - left - right);
  const y = (value: number): number => height - bottom - (value / highest) * (height - top - bottom);
  const round = timeTicks(first.at, last.at, Math.max(2, Math.floor(width / 110)));
  // One mark says nothing of how long a stretch is.
  const moments = round.length > 1 ? round : [first.at, last.at];
  const said = `${name}, in ${unit}, from ${utcClock(first.at)} to ${utcClock(last.at)} UTC: least ${tickLabel(Math.min(...values))}, most ${tickLabel(Math.max(...values))}, last ${last.value === null ? 'unknown' : tickLabel(last.value)}`;
  return (
    <div ref={box} className="chart">
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={said}>
          <text x={0} y={9} className="axis">
            {unit}
          </text>
          <text x={0} y={height - 3} className="axis">
            UTC
          </text>
          {marks.map((mark) => (
            <g key={mark}>
              <line x1={left} x2={width - right} y1={y(mark)} y2={y(mark)} className="grid" />
              <text x={left - 6} y={y(mark) + 4} className="axis end">
                {tickLabel(mark)}
              </text>
            </g>
          ))}
          {moments.map((at) => (
            <g key={at}>
              <line x1={x(at)} x2={x(at)} y1={height - bottom} y2={height - bottom + 4} className="grid" />
              <text
                x={Math.min(Math.max(x(at), left + 24), width - 26)}
                y={height - 3}
                className="axis middle"
              >
                {utcClock(at)}
              </text>
            </g>
          ))}
          {lines(points).map((line) => (
            <path key={line[0]!.at} d={pathOf(line, x, y)} className="series" />
          ))}
          <title>{`${said}; highest mark ${number(highest)} ${unit}`}</title>
        </svg>
      )}
    </div>
  );
}

/** The stretches without a gap. */
function lines(points: readonly Point[]): Point[][] {
  const found: Point[][] = [[]];
  for (const point of points) {
    if (point.value === null) found.push([]);
    else found.at(-1)!.push(point);
  }
  return found.filter((line) => line.length > 0);
}

function pathOf(line: readonly Point[], x: (at: number) => number, y: (value: number) => number): string {
  const [only] = line;
  if (line.length === 1) return `M${x(only!.at) - 1},${y(only!.value!)}h2`;
  return line
    .map(({ at, value }, index) => `${index === 0 ? 'M' : 'L'}${x(at).toFixed(1)},${y(value!).toFixed(1)}`)
    .join('');
}

function useWidth(box: RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
