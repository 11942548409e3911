/**
 * The header by which a program that sends requests says who it is, from the key in `REPRISE_API_KEY`; none where that is not set.
 * @param env the environment variables, usually `process.env`
 */
export function credentialOf(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const key = env['REPRISE_API_KEY']?.trim() ?? '';
  return key === '' ? {} : { authorization: `Bearer ${key}` };
}
