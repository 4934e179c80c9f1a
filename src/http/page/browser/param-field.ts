// The field of one parameter.
import type { ParamDescription } from '../wire.ts';
import { element } from './element.ts';

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** The arguments for a parameter. Empty if it is omitted. */
export interface ParamField {
  readonly element: HTMLElement;
  values(): readonly string[];
  fill(values: readonly string[]): void;
  /** Only for secret parameters. */
  showSecret(isShown: boolean): void;
  /** Shows an error until the value changes. An empty text removes the error. */
  showFault(problem: string): void;
  focus(): void;
}

export function paramField(param: ParamDescription, changed: () => void): ParamField {
  return param.isList ? new ListField(param, changed) : new SingleField(param, changed);
}

class SingleField implements ParamField {
  readonly element: HTMLElement;
  readonly #control: Control;
  readonly #fault: FieldFault;
  /** Sends an empty value, which differs from omitting the parameter. */
  readonly #empty: HTMLInputElement | undefined;

  constructor(param: ParamDescription, changed: () => void) {
    const { name, isRequired } = param;
    this.#control = controlOf(param, `param-${name}`);
    this.#fault = new FieldFault(name, () => [this.#control]);
    this.#control.setAttribute('aria-describedby', `fault-${name} doc-${name}`);
    if (isRequired) this.#control.setAttribute('aria-required', 'true');
    const mayBeEmpty = param.type === 'string' && param.values === undefined && !isRequired;
    this.#empty = mayBeEmpty
      ? element('input', { type: 'checkbox', 'aria-label': `Send an empty value for ${name}` })
      : undefined;
    this.element = element(
      'div',
      { class: 'field', input: () => this.#changed(changed) },
      element(
        'div',
        { class: 'field-head' },
        element('label', { for: this.#control.id }, ...nameOf(param)),
        this.#empty && element('label', { class: 'check send-empty' }, this.#empty, 'send empty'),
      ),
      this.#control,
      this.#fault.element,
      docOf(param),
    );
  }

  #changed(changed: () => void): void {
    this.#fault.show('');
    changed();
  }

  showFault(problem: string): void {
    this.#fault.show(problem);
  }

  focus(): void {
    this.#control.focus({ preventScroll: true });
  }

  values(): readonly string[] {
    const value = valueOf(this.#control);
    if (value !== undefined) return [value];
    return this.#empty?.checked === true ? [''] : [];
  }

  fill([value]: readonly string[]): void {
    this.#fault.show('');
    fillControl(this.#control, value);
    if (this.#empty !== undefined) this.#empty.checked = value === '';
  }

  showSecret(isShown: boolean): void {
    showControl(this.#control, isShown);
  }
}

class ListField implements ParamField {
  readonly element: HTMLElement;
  readonly #param: ParamDescription;
  readonly #rows = element('div', { class: 'rows' });
  readonly #changed: () => void;
  readonly #fault: FieldFault;
  #controls: Control[] = [];
  #areSecretsShown = false;

  constructor(param: ParamDescription, changed: () => void) {
    this.#param = param;
    this.#fault = new FieldFault(param.name, () => this.#controls);
    this.#changed = () => {
      this.#fault.show('');
      changed();
    };
    const add = element('button', { type: 'button', class: 'small' }, 'Add another');
    add.setAttribute('aria-label', `Add another ${param.name}`);
    add.addEventListener('click', () => this.#add().focus());
    this.element = element(
      'fieldset',
      { class: 'field', 'aria-describedby': `fault-${param.name} doc-${param.name}`, input: this.#changed },
      element('legend', {}, ...nameOf(param)),
      this.#rows,
      this.#fault.element,
      add,
      docOf(param),
    );
    this.#add();
  }

  values(): readonly string[] {
    return this.#controls.map(valueOf).filter((value) => value !== undefined);
  }

  showFault(problem: string): void {
    this.#fault.show(problem);
  }

  focus(): void {
    this.#controls[0]?.focus({ preventScroll: true });
  }

  fill(values: readonly string[]): void {
    this.#fault.show('');
    this.#controls = [];
    this.#rows.replaceChildren();
    for (const value of values.length === 0 ? [undefined] : values) fillControl(this.#add(), value);
  }

  showSecret(isShown: boolean): void {
    this.#areSecretsShown = isShown;
    for (const control of this.#controls) showControl(control, isShown);
  }

  #add(): Control {
    const { name } = this.#param;
    const control = controlOf(this.#param);
    control.setAttribute('aria-label', name);
    showControl(control, this.#areSecretsShown);
    const remove = element(
      'button',
      { type: 'button', class: 'small', 'aria-label': `Remove this ${name}` },
      '×',
    );
    const row = element('div', { class: 'row' }, control, remove);
    remove.addEventListener('click', () => {
      this.#controls = this.#controls.filter((one) => one !== control);
      row.remove();
      const next = this.#controls.at(-1) ?? this.#add();
      next.focus();
      this.#changed();
    });
    this.#controls.push(control);
    this.#rows.append(row);
    return control;
  }
}

/** The error of a field, linked to its controls for screen readers. */
class FieldFault {
  readonly element: HTMLElement;
  readonly #controls: () => readonly Control[];

  constructor(name: string, controls: () => readonly Control[]) {
    this.#controls = controls;
    this.element = element('p', { class: 'field-error', id: `fault-${name}`, hidden: true });
  }

  show(problem: string): void {
    this.element.textContent = problem;
    this.element.hidden = problem === '';
    for (const control of this.#controls()) {
      if (problem === '') control.removeAttribute('aria-invalid');
      else control.setAttribute('aria-invalid', 'true');
    }
  }
}

function nameOf({ name, isRequired }: ParamDescription): (Node | string)[] {
  const required = element('span', { class: 'required' }, 'required');
  return [element('code', {}, name), ...(isRequired ? [' ', required] : [])];
}

function docOf({ name, doc, traits }: ParamDescription): HTMLElement {
  return element(
    'p',
    { class: 'hint', id: `doc-${name}` },
    `${doc} `,
    element('span', { class: 'traits' }, `(${traits})`),
  );
}

function controlOf(param: ParamDescription, id?: string): Control {
  const plain = { id, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' };
  const values = param.type === 'flag' ? ['1', '0'] : param.values;
  if (values !== undefined) return choiceOf(param, values, id);
  if (param.type === 'json' || param.isMultiline) return element('textarea', { ...plain, rows: 4 });
  return element('input', {
    ...plain,
    type: param.isSecret ? 'password' : 'text',
    autocomplete: param.isSecret ? 'new-password' : 'off',
    inputmode: param.type === 'integer' ? 'numeric' : undefined,
    placeholder: param.default === undefined ? undefined : `default: ${param.default}`,
  });
}

function choiceOf(
  param: ParamDescription,
  values: readonly string[],
  id: string | undefined,
): HTMLSelectElement {
  const nothing =
    param.default === undefined
      ? param.isRequired
        ? 'select a value'
        : 'omitted'
      : `default: ${param.default}`;
  const inWords = param.type === 'flag' ? ['1 – yes', '0 – no'] : values;
  return element(
    'select',
    { id },
    element('option', { value: '', 'data-nothing': true }, nothing),
    ...values.map((value, at) => element('option', { value }, inWords[at] ?? value)),
  );
}

function valueOf(control: Control): string | undefined {
  if (control instanceof HTMLSelectElement) {
    const [option] = control.selectedOptions;
    return option === undefined || 'nothing' in option.dataset ? undefined : option.value;
  }
  return control.value === '' ? undefined : control.value;
}

function fillControl(control: Control, value: string | undefined): void {
  if (control instanceof HTMLSelectElement) {
    const at = [...control.options].findIndex(
      (option) => option.value === value && !('nothing' in option.dataset),
    );
    control.selectedIndex = Math.max(at, 0);
  } else {
    control.value = value ?? '';
  }
}

function showControl(control: Control, isShown: boolean): void {
  if (control instanceof HTMLInputElement && control.type !== (isShown ? 'text' : 'password')) {
    if (control.autocomplete === 'new-password') control.type = isShown ? 'text' : 'password';
  }
}
