export interface Indexed {
  readonly id: string;
  readonly version: number;
  readonly source: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Elasticsearch by plain HTTP, so that what is checked is not seen through the code that is checked. */
export interface SearchServer {
  readonly origin: string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Indices behind an alias; none when there is no alias. */
  behind(alias: string): Promise<string[]>;
  /** Every document of an index, with Elasticsearch's own version, after a refresh. */
  documents(index: string): Promise<Indexed[]>;
}

interface Page {
  readonly hits: {
    readonly hits: readonly {
      readonly _id: string;
      readonly _version: number;
      readonly _source: Readonly<Record<string, unknown>>;
    }[];
  };
}

export function searchServer(origin: string): SearchServer {
  const call: SearchServer['call'] = async (method, path, body) => {
    const answer = await fetch(`${origin}/${path}`, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
  };
  const must = async (method: string, path: string, body?: unknown): Promise<Answer['body']> => {
    const answer = await call(method, path, body);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  };
  return {
    origin,
    call,
    async behind(alias) {
      const { status, body } = await call('GET', `_alias/${alias}`);
      if (status === 404) return [];
      if (status !== 200) throw new Error(`reading the alias answered ${status}`);
      return Object.keys(body).sort();
    },
    async documents(index) {
      await must('POST', `${index}/_refresh`);
      const found = (await must('POST', `${index}/_search`, {
        size: 10_000,
        version: true,
        query: { match_all: {} },
      })) as unknown as Page;
      return found.hits.hits.map(({ _id, _version, _source }) => ({
        id: _id,
        version: _version,
        source: _source,
      }));
    },
  };
}
