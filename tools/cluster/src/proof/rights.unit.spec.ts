import { rightsIn } from './rights.ts';

describe('the rights of a rule', () => {
  it('are one line for each verb, resource and name', () => {
    expect(rightsIn({ verbs: ['get'], apiGroups: [''], resources: ['pods/log'] })).toEqual(['get pods/log']);
    expect(rightsIn({ verbs: ['create', 'get'], apiGroups: ['batch'], resources: ['jobs'] })).toEqual([
      'create jobs.batch',
      'get jobs.batch',
    ]);
    expect(
      rightsIn({ verbs: ['get'], apiGroups: ['batch'], resources: ['cronjobs'], resourceNames: ['a', 'b'] }),
    ).toEqual(['get cronjobs.batch/a', 'get cronjobs.batch/b']);
  });

  it('are none where a rule is about addresses alone', () => {
    expect(rightsIn({ verbs: ['get'] })).toEqual([]);
  });
});
