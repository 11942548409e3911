import { useId } from 'react';
import type { ActionForm, ActionOption, ActionRequest } from '../../../src/contract/index.ts';

interface OptionFieldsProps {
  readonly form: ActionForm;
  readonly options: ActionRequest['options'];
  readonly change: (options: ActionRequest['options']) => void;
}

/** The options of an action, each with what it means; what is required stands in sight, the rest is folded away. */
export function OptionFields({ form, options, change }: OptionFieldsProps) {
  const set = (name: string, value: string | boolean): void => {
    const { [name]: _, ...others } = options;
    change(value === '' || value === false ? others : { ...others, [name]: value });
  };
  const inSight = form.options.filter(({ name, required }) => required || options[name] !== undefined);
  const folded = form.options.filter((option) => !inSight.includes(option));
  const fields = (of: readonly ActionOption[]) =>
    of.map((option) => (
      <Field
        key={option.name}
        option={option}
        value={options[option.name]}
        set={(value) => set(option.name, value)}
      />
    ));
  return (
    <div className="options">
      {fields(inSight)}
      {folded.length > 0 && (
        <details>
          <summary>{inSight.length === 0 ? 'Options' : 'More options'}</summary>
          {fields(folded)}
        </details>
      )}
    </div>
  );
}

interface FieldProps {
  readonly option: ActionOption;
  readonly value: string | boolean | undefined;
  readonly set: (value: string | boolean) => void;
}

function Field({ option, value, set }: FieldProps) {
  const id = useId();
  const { name, flags, description, kind, choices, required } = option;
  const text = typeof value === 'string' ? value : '';
  const described = { id, 'aria-describedby': `${id}-why`, required };
  return (
    <div className="option">
      {kind === 'flag' && (
        <input
          {...described}
          type="checkbox"
          checked={value === true}
          onChange={(event) => set(event.target.checked)}
        />
      )}
      <label htmlFor={id}>
        <code>{flags}</code>
        {required && ' (required)'}
      </label>
      {kind === 'choice' && (
        <select {...described} value={text} onChange={(event) => set(event.target.value)}>
          <option value="">not given</option>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
      {kind === 'ids' && (
        <textarea
          {...described}
          name={name}
          rows={2}
          spellCheck={false}
          value={text}
          onChange={(event) => set(event.target.value)}
        />
      )}
      {(kind === 'text' || kind === 'number') && (
        <input
          {...described}
          name={name}
          inputMode={kind === 'number' ? 'decimal' : 'text'}
          spellCheck={false}
          value={text}
          onChange={(event) => set(event.target.value)}
        />
      )}
      <span id={`${id}-why`} className="quiet">
        {description}
      </span>
    </div>
  );
}
