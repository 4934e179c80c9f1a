// A collapsible group of fields, with the number of fields and of those that have a value.
import { element } from './element.ts';
import type { ParamField } from './param-field.ts';

/** Up to this many fields are not collapsed. */
const FEW = 3;

export class FieldGroup {
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
