import { redact } from '@reprise/runtime';
import type { ConsoleSettings } from '../console-settings.ts';
import type { ConfigurationView, SettingView } from '../contract/index.ts';

/** Settings of Reprise's own, by how their names begin or end; whatever else stands in the environment is nobody's business. */
const own =
  /^(?:REPRISE_|CONSOLE_|ACCESS_|HTTP_|KAFKA_|ELASTICSEARCH_|AUTH$|LOG_LEVEL$|REPAIR_|DEAD_LETTER_)|(?:_DATABASE_URL|_DATABASE_OWNER_URL|_EVENTS_TOPIC|_DEAD_LETTER_TOPIC|_ALIAS|_PORT)$/;
/** Of these nothing is shown but that they are set. */
const secret = /PASSWORD|SECRET|TOKEN$|API_KEY|_KEY$|CREDENTIAL|SASL|DATABASE_(?:OWNER_)?URL$/;

/** What is configured, without secrets: of a URL of a database only where it leads, never who asks. */
export function configurationOf(configured: ConsoleSettings): ConfigurationView {
  const { env, readModels } = configured;
  const set = Object.entries(env)
    .filter(([name, value]) => own.test(name) && value !== undefined && value !== '')
    .map(([name, value]): SettingView => ({ name, ...shown(name, value!), from: 'environment' }));
  const names = new Set(set.map(({ name }) => name));
  const settings = [...set, ...defaultsOf(configured).filter(({ name }) => !names.has(name))].sort((a, b) =>
    a.name.localeCompare(b.name),
  );
  return {
    settings,
    contexts: readModels.contexts.map(({ context, topic, deadLetterTopic, eventStore, readers }) => ({
      name: context.name,
      topic: topic.value,
      deadLetterTopic: deadLetterTopic.value,
      eventStore: eventStore !== undefined,
      projections: context.projections.map(({ name, version, storage }) => ({
        ...{ name, version, storage: storage.kind, readers: readers.get(name)?.value ?? name },
      })),
    })),
  };
}

/** What is in force of the console's own where nothing was set. */
function defaultsOf(configured: ConsoleSettings): SettingView[] {
  const { port, environment, production, basePath, readOnly, twoPersons } = configured;
  const { approvalMinutes, sessionMinutes, pace } = configured;
  return Object.entries({
    CONSOLE_PORT: port,
    CONSOLE_ENVIRONMENT: environment,
    CONSOLE_PRODUCTION: production,
    CONSOLE_BASE_PATH: basePath,
    CONSOLE_READ_ONLY: readOnly,
    CONSOLE_TWO_PERSONS: twoPersons,
    CONSOLE_APPROVAL_MINUTES: approvalMinutes,
    CONSOLE_SESSION_MINUTES: sessionMinutes,
    CONSOLE_REFRESH_MS: pace.everyMs,
  }).map(([name, value]) => ({ name, value: String(value), secret: false, from: 'default' as const }));
}

function shown(name: string, value: string): Pick<SettingView, 'value' | 'secret'> {
  if (!secret.test(name)) return { value: redact(value), secret: false };
  if (!/^[a-z]+:\/\//.test(value) || !URL.canParse(value)) return { value: 'set', secret: true };
  const { protocol, host, pathname } = new URL(value);
  return { value: `${protocol}//${host}${pathname}`, secret: true };
}
