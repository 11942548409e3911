/** Values of `sslmode` with which pg encrypts. */
const encrypting = new Set(['prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']);

/** A sentence when SASL credentials would go to a broker on another machine without TLS. */
export function kafkaInClearText({
  brokers,
  ssl,
  sasl,
}: {
  readonly brokers: readonly string[];
  readonly ssl?: unknown;
  readonly sasl?: unknown;
}): string | undefined {
  const away = brokers.find((broker) => !isThisMachine(broker.replace(/:\d+$/, '')));
  if (sasl === undefined || ssl || away === undefined) return undefined;
  return (
    `KAFKA_SASL_PASSWORD is sent in clear text: ${away} of KAFKA_BROKERS is another machine, and TLS is off. ` +
    'Set KAFKA_SSL=true or KAFKA_SSL_CA_FILE.'
  );
}

/** A sentence when credentials would go to an Elasticsearch on another machine by http. */
export function elasticsearchInClearText({
  node,
  auth,
}: {
  readonly node: string;
  readonly auth?: object;
}): string | undefined {
  const url = URL.canParse(node) ? new URL(node) : undefined;
  if (auth === undefined || url?.protocol !== 'http:' || isThisMachine(url.hostname)) return undefined;
  const setting = 'apiKey' in auth ? 'ELASTICSEARCH_API_KEY' : 'ELASTICSEARCH_PASSWORD';
  return (
    `${setting} is sent in clear text: ELASTICSEARCH_NODE names ${url.hostname}, another machine, by http. ` +
    'Use https in ELASTICSEARCH_NODE.'
  );
}

/** A sentence when a password would go to a Postgres on another machine without TLS. */
export function postgresInClearText(setting: string, value: string): string | undefined {
  if (!URL.canParse(value)) return undefined;
  const { hostname, password, searchParams } = new URL(value);
  const host = searchParams.get('host') ?? hostname;
  const [mode, ssl] = [searchParams.get('sslmode'), searchParams.get('ssl')];
  const given = password !== '' || searchParams.has('password');
  const encrypts = mode === null ? ssl === 'true' || ssl === '1' : encrypting.has(mode);
  if (!given || encrypts || isThisMachine(host)) return undefined;
  return (
    `The password in ${setting} is sent in clear text: it names ${host}, another machine, without TLS. ` +
    `Add sslmode=verify-full to ${setting}.`
  );
}

/** Whether the way to that host stays on this machine: a loopback address or name, or the folder of a Unix socket. */
function isThisMachine(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return (
    name === '' ||
    name.startsWith('/') ||
    name.startsWith('%2f') ||
    isLoopback(name) ||
    name.endsWith('.localhost')
  );
}

/** Whether only this machine reaches what listens at an address. No address at all means every one. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === '::1' || name === 'localhost' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(name);
}
