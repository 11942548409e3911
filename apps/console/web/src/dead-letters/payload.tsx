import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { DeadLetterPayload } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { useAnswer } from '../api/use-answer.ts';
import { mayAct, useUser } from '../app/session.tsx';
import { Json } from '../parts/json.tsx';
import { Failed, Notice } from '../parts/notice.tsx';

/** What a letter holds; it may be somebody's data, so it is asked for one at a time and its reading is written to the audit log. */
export function Payload({ id, close }: { readonly id: string; readonly close: () => void }) {
  const { user } = useUser();
  const may = mayAct(user.role, 'operator');
  const { value, problem, loading } = useAnswer<DeadLetterPayload>(may ? routes.deadLetterPayload(id) : null);
  return (
    <ModalOverlay className="veil" isOpen onOpenChange={(open) => !open && close()} isDismissable>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title">Payload of {id}</Heading>
          {!may && <Notice tone="warn" title="Payloads are shown to operators and admins." />}
          {problem && <Failed what="The payload" problem={problem} />}
          {loading && <p role="status">Reading it …</p>}
          {value && (
            <>
              <p className="quiet">
                As {value.encoding}
                {value.cut && ', cut at 64 KiB'}. That you read it is written to the audit log.
              </p>
              <pre className="json" tabIndex={0} role="region" aria-label="Payload">
                {value.payload}
              </pre>
              <details>
                <summary>Headers</summary>
                <Json name="Headers" value={value.headers} />
              </details>
            </>
          )}
          <p className="line-of-actions">
            <Button className="button" onPress={close} autoFocus>
              Close
            </Button>
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
