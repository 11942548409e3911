import { useState } from 'react';
import { Button } from 'react-aria-components';

/** A command line, to be copied to a terminal. */
export function CommandLine({
  children,
  label = 'Copy the command line',
}: {
  readonly children: string;
  readonly label?: string;
}) {
  const [copied, setCopied] = useState<'yes' | 'no'>();
  const copy = (): void => {
    const kept = navigator.clipboard as Clipboard | undefined;
    (kept ? kept.writeText(children) : Promise.reject(new Error('no clipboard without TLS'))).then(
      () => setCopied('yes'),
      () => setCopied('no'),
    );
  };
  return (
    <span className="command">
      <code tabIndex={0}>{children}</code>
      <Button className="button small" aria-label={label} onPress={copy}>
        Copy
      </Button>
      <span className="quiet" role="status">
        {copied === 'yes' && 'copied'}
        {copied === 'no' && 'the browser refused: select it and copy it by hand'}
      </span>
    </span>
  );
}
