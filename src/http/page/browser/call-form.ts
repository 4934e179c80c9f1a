// The form of a call: a field for each parameter, the controls of the list, and the buttons.
import type { AnswerFormat, FunctionDescription, ShellAnswer } from '../wire.ts';
import type { Argument, ShellCall } from './call-texts.ts';
import { element } from './element.ts';
import { changesNothing, type Example } from './function-help.ts';
import { ListControls } from './list-controls.ts';
import { paramField, type ParamField } from './param-field.ts';
import { RestField } from './rest-field.ts';
import { bringIntoView } from './scroll.ts';

interface Events {
  readonly changed: () => void;
  readonly run: (button: HTMLButtonElement) => Promise<void>;
}

const FORM = 'call-form';

export class CallForm {
  readonly element: HTMLElement;
  /** The button that runs the call, and the dry run: always in view. */
  readonly bar: HTMLElement;
  /** Shows why a call could not be made. */
  readonly error = element('p', { class: 'callout failure', role: 'alert', hidden: true });
  readonly #fn: FunctionDescription;
  readonly #events: Events;
  readonly #fields: ReadonlyMap<string, ParamField>;
  readonly #groups: readonly FieldGroup[];
  readonly #rest: RestField | undefined;
  readonly #list: ListControls | undefined;
  readonly #dryRun = element('input', { type: 'checkbox', role: 'switch', form: FORM });
  readonly #secrets = element('input', { type: 'checkbox', role: 'switch' });
  readonly #run = element('button', { type: 'submit', form: FORM });

  constructor(fn: FunctionDescription, events: Events) {
    const changed = () => this.#changed();
    this.#fn = fn;
    this.#events = events;
    this.#fields = new Map(fn.params.map((param) => [param.name, paramField(param, changed)]));
    this.#rest = fn.rest && new RestField(fn.rest, changed);
    this.#list = fn.list && new ListControls(fn.list, changed);
    const optional = fn.params.filter(({ isRequired }) => !isRequired);
    this.#groups = [
      this.#group(
        'Optional parameters',
        optional.filter(({ hasNoEffect }) => !hasNoEffect),
      ),
      this.#group(
        'Accepted, but without effect on this server',
        optional.filter(({ hasNoEffect }) => hasNoEffect),
      ),
    ];
    this.#dryRun.checked = !changesNothing(fn.effect);
    this.#dryRun.addEventListener('change', () => {
      this.#labelRun();
      this.#events.changed();
    });
    this.#labelRun();
    this.element = element(
      'form',
      {
        class: 'card',
        id: FORM,
        novalidate: true,
        'aria-labelledby': 'call-title',
        submit: (event) => {
          event.preventDefault();
          void events.run(this.#run);
        },
      },
      element('h3', { id: 'call-title' }, 'Call the function'),
      ...this.#params(),
      this.#list?.element,
      this.#secretsSwitch(),
      this.error,
    );
    this.bar = element(
      'div',
      { class: 'run-bar', role: 'group', 'aria-label': 'Run' },
      element('code', { class: 'run-name', 'aria-hidden': 'true' }, fn.name),
      element(
        'label',
        { class: 'check' },
        this.#dryRun,
        element(
          'span',
          {},
          'Dry run',
          element('span', { class: 'long' }, ': validate and run without saving changes'),
        ),
      ),
      this.#run,
    );
  }

  call(format: AnswerFormat): ShellCall {
    return {
      command: this.#fn.name,
      args: [...this.#ownArguments(), ...(this.#list?.arguments() ?? [])],
      format,
      isDryRun: this.#dryRun.checked,
    };
  }

  showsSecrets(): boolean {
    return this.#secrets.checked;
  }

  /** False if a field has a value that cannot be sent. The field shows the reason. */
  isReadable(): boolean {
    return this.#rest?.isReadable() ?? true;
  }

  /** Shows each fault at its field, and goes to the first one. @returns whether there was a field for any. */
  showFaults(faults: ShellAnswer['faults']): boolean {
    this.clearFaults();
    for (const { param, problem } of faults) this.#fieldOf(param)?.showFault(problem);
    for (const group of this.#groups) group.openIf((name) => faults.some(({ param }) => param === name));
    const first = faults
      .map(({ param }) => this.#fieldOf(param))
      .filter((field) => field !== undefined)
      .sort((a, b) =>
        a.element.compareDocumentPosition(b.element) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
      )[0];
    if (first === undefined) return false;
    bringIntoView(first.element, 'center');
    first.focus();
    return true;
  }

  clearFaults(): void {
    for (const field of [...this.#fields.values(), this.#rest]) field?.showFault('');
  }

  fill({ args, input }: Pick<Example, 'args' | 'input'>): void {
    for (const [name, field] of this.#fields) {
      const given = args[name] ?? [];
      field.fill(typeof given === 'string' ? [given] : given);
    }
    this.#rest?.fill(input ?? '');
    for (const group of this.#groups) group.openIf((name) => Object.hasOwn(args, name));
    this.#changed();
    bringIntoView(this.element);
  }

  #changed(): void {
    for (const group of this.#groups) group.count();
    this.#events.changed();
  }

  #fieldOf(param: string) {
    return this.#fields.get(param) ?? (this.#fn.rest?.key === param ? this.#rest : undefined);
  }

  #group(title: string, params: FunctionDescription['params']): FieldGroup {
    const fields = params.map(({ name }) => [name, this.#fields.get(name)] as const);
    return new FieldGroup(
      title,
      fields.filter((one): one is [string, ParamField] => one[1] !== undefined),
    );
  }

  #ownArguments(): Argument[] {
    const own = this.#fn.params.flatMap(({ name, isSecret }) =>
      (this.#fields.get(name)?.values() ?? []).map((value) => ({ name, value, isSecret })),
    );
    return [...own, ...(this.#rest?.arguments() ?? [])];
  }

  #params(): HTMLElement[] {
    const required = this.#fn.params
      .filter(({ isRequired }) => isRequired)
      .map(({ name }) => this.#fields.get(name)?.element)
      .filter((one) => one !== undefined);
    const rest = this.#rest === undefined ? [] : [this.#rest.element];
    const optional = this.#groups.map((group) => group.element).filter((one) => one !== undefined);
    const all = [...required, ...rest, ...optional];
    return all.length > 0 ? all : [element('p', { class: 'hint' }, 'This function has no parameters.')];
  }

  #secretsSwitch(): HTMLElement | undefined {
    const secret = this.#fn.params.filter(({ isSecret }) => isSecret);
    if (secret.length === 0 && this.#fn.rest?.isSecret !== true) return undefined;
    this.#secrets.addEventListener('change', () => {
      for (const { name } of secret) this.#fields.get(name)?.showSecret(this.#secrets.checked);
      this.#events.changed();
    });
    return element(
      'label',
      { class: 'check' },
      this.#secrets,
      'Show secret values, here and in the commands below',
    );
  }

  #labelRun(): void {
    const isDangerous = this.#fn.destructive !== undefined && !this.#dryRun.checked;
    this.#run.className = isDangerous ? 'danger' : 'primary';
    this.#run.textContent = this.#dryRun.checked ? 'Run without saving' : isDangerous ? 'Run…' : 'Run';
  }
}

// A collapsible group of fields, with the number of fields and of those that have a value.

/** Up to this many fields are not collapsed. */
const FEW = 3;

class FieldGroup {
  /** Undefined if there are no fields. */
  readonly element: HTMLDetailsElement | undefined;
  readonly #title: string;
  readonly #fields: readonly (readonly [name: string, field: ParamField])[];
  readonly #summary = element('summary');

  constructor(title: string, fields: readonly (readonly [name: string, field: ParamField])[]) {
    this.#title = title;
    this.#fields = fields;
    if (fields.length === 0) return;
    this.element = element(
      'details',
      { class: 'optional', open: fields.length <= FEW },
      this.#summary,
      ...fields.map(([, field]) => field.element),
    );
    this.count();
  }

  count(): void {
    const given = this.#fields.filter(([, field]) => field.values().length > 0).length;
    const ofThem = given === 0 ? '' : `, ${given} given`;
    this.#summary.textContent = `${this.#title} (${this.#fields.length}${ofThem})`;
  }

  /** Opens the group if `concerns` accepts one of its fields. */
  openIf(concerns: (name: string) => boolean): void {
    if (this.element !== undefined && this.#fields.some(([name]) => concerns(name))) this.element.open = true;
  }
}
