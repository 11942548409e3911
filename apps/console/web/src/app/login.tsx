import { useState, type FormEvent } from 'react';
import { Button, Form, Input, Label, TextField } from 'react-aria-components';
import type { Session } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { Notice } from '../parts/notice.tsx';
import { here } from './place.ts';
import { useSession } from './session.tsx';

/** Asks who somebody is. The address stays, so that the page comes back afterwards. */
export function Login({ session }: { readonly session: Session }) {
  const { logIn, expired } = useSession();
  const [apiKey, setApiKey] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    logIn(apiKey)
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };

  const { environment, login } = session;
  return (
    <main className="login" id="content">
      <h1>Log in to the console of {environment.name}</h1>
      {expired && (
        <Notice tone="warn" title="Your session ended.">
          Log in to come back to this page. Actions that you started keep running.
        </Notice>
      )}
      {problem !== undefined && (
        <Notice tone="bad" title="You are not logged in." alert>
          {problem}
        </Notice>
      )}
      {login.oidc !== null && (
        <p>
          <a className="button action" href={routes.login(here())} target="_self">
            Log in with your organisation
          </a>
        </p>
      )}
      {login.apiKey && (
        <Form onSubmit={submit}>
          <TextField type="password" name="apiKey" value={apiKey} onChange={setApiKey} isRequired autoFocus>
            <Label>API key</Label>
            <Input autoComplete="current-password" spellCheck="false" />
          </TextField>
          <p className="quiet">
            A key with the permission <code>console:read</code>, <code>console:act</code> or{' '}
            <code>console:write</code>. It is sent once and not kept in the browser.
          </p>
          <Button type="submit" className="button action" isDisabled={busy || apiKey === ''}>
            {busy ? 'Logging in …' : 'Log in'}
          </Button>
        </Form>
      )}
    </main>
  );
}
