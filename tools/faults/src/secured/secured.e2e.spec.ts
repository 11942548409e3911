import { securedPlatform, type SecuredPlatform } from '../testing/secured-platform.ts';
import { eachFaultIsNamed } from './connection-faults.contract.ts';
import { documentedRightsAreEnough } from './main-job.contract.ts';
import { eachGrantOfTheWriteSideIsNeeded } from './missing-grants.contract.ts';
import { eachGrantOfTheRegistryIsNeeded } from './missing-registry-grants.contract.ts';
import { eachRightIsNeeded } from './missing-rights.contract.ts';
import { refusedLoginsEndProcesses } from './refused-logins.contract.ts';
import { renewalsLoseNothing } from './renewals.contract.ts';
import { startServices, type Services } from './services.ts';

let platform: SecuredPlatform;

beforeAll(async () => {
  platform = await securedPlatform();
}, 400_000);

describe('the services', () => {
  let services: Services;

  beforeAll(async () => {
    services = await startServices(platform);
  }, 200_000);

  documentedRightsAreEnough(
    () => platform,
    () => services,
  );
  renewalsLoseNothing(
    () => platform,
    () => services,
  );

  it('end with 0', async () => {
    for (const name of ['product-api', 'outbox-relay', 'search-api'] as const)
      expect([name, (await services.app(name).kill()).code]).toEqual([name, 0]);
  });
});

eachGrantOfTheWriteSideIsNeeded(() => platform);
eachGrantOfTheRegistryIsNeeded(() => platform);
eachRightIsNeeded(() => platform);
eachFaultIsNamed(() => platform);
refusedLoginsEndProcesses(() => platform);
