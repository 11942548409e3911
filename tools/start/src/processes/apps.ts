/** The long-running applications, in the order they are started: the variables that say where they listen, and where without them. */
export const apps = {
  'product-api': { variable: 'PRODUCT_API_PORT', port: 3000 },
  'recruiting-api': { variable: 'RECRUITING_API_PORT', port: 3004 },
  'outbox-relay': { variable: 'OUTBOX_RELAY_PORT', port: 3002 },
  'projection-consumer': { variable: 'PROJECTION_CONSUMER_PORT', port: 3003 },
  'search-api': { variable: 'SEARCH_API_PORT', port: 3001 },
  console: { variable: 'CONSOLE_PORT', port: 3005 },
} as const;

export type AppName = keyof typeof apps;

export const appNames = Object.keys(apps) as AppName[];
