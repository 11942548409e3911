import type { Settings } from './settings.ts';

/** Fits the options of `@elastic/elasticsearch`'s Client. */
export interface ElasticsearchConfiguration {
  node: string;
  auth?: { apiKey: string } | { username: string; password: string };
  tls?: { ca: string };
}

/** Reads ELASTICSEARCH_NODE and ELASTICSEARCH_API_KEY, _USERNAME, _PASSWORD, _CA_FILE. */
export function elasticsearchSettings(settings: Settings): ElasticsearchConfiguration {
  const node = nodeUrl(settings);
  const auth = authentication(settings);
  const ca = settings.file('ELASTICSEARCH_CA_FILE');
  if (ca !== undefined && node.startsWith('http:')) {
    settings.problem('ELASTICSEARCH_CA_FILE is set although ELASTICSEARCH_NODE is not https');
  }
  return { node, ...(auth && { auth }), ...(ca !== undefined && { tls: { ca } }) };
}

function nodeUrl(settings: Settings): string {
  const value = settings.required('ELASTICSEARCH_NODE', 'http://localhost:9200');
  if (value === '') return value;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    settings.problem('ELASTICSEARCH_NODE must be a URL that begins with http:// or https://');
  } else if (url.username !== '' || url.password !== '') {
    settings.problem(
      'ELASTICSEARCH_NODE holds credentials; put them into ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD',
    );
  }
  return value;
}

function authentication(settings: Settings): ElasticsearchConfiguration['auth'] {
  const apiKey = settings.optional('ELASTICSEARCH_API_KEY');
  const username = settings.optional('ELASTICSEARCH_USERNAME');
  const password = settings.optional('ELASTICSEARCH_PASSWORD');
  if (apiKey !== undefined) {
    if (username !== undefined || password !== undefined) {
      settings.problem(
        'ELASTICSEARCH_API_KEY and ELASTICSEARCH_USERNAME/PASSWORD are both set; keep one of them',
      );
    }
    return { apiKey };
  }
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined)
    settings.problem('ELASTICSEARCH_USERNAME must be set beside ELASTICSEARCH_PASSWORD');
  if (password === undefined)
    settings.problem('ELASTICSEARCH_PASSWORD must be set beside ELASTICSEARCH_USERNAME');
  return { username: username ?? '', password: password ?? '' };
}
