// What the catalogue says of a function, whether or not it is provided here: one data file a family.
export interface CatalogueParam {
  readonly type: string;
  readonly doc: string;
  readonly required?: boolean;
  readonly default?: string;
  readonly values?: readonly string[];
  readonly list?: boolean;
}

/** The shape of an answer: a type's name, a list of one shape, or a hash, whose key `*` stands for any. */
export type CatalogueShape =
  string | readonly CatalogueShape[] | { readonly [key: string]: CatalogueShape } | null;

export interface CatalogueEntry {
  readonly summary: string;
  /** The version of WHM in which it appeared, or null where no document says. */
  readonly since: number | null;
  readonly method: string;
  readonly params: Readonly<Record<string, CatalogueParam>>;
  readonly returns: CatalogueShape;
  /** What is not publicly known of it, in a sentence. */
  readonly gap?: string;
  /** True where today's API does not have it any more. */
  readonly dropped?: boolean;
  readonly deprecated?: boolean;
}

export interface Catalogue {
  readonly title: string;
  readonly functions: Readonly<Record<string, CatalogueEntry>>;
}

/** A row of the generated list of families. */
export interface FamilyRow {
  readonly title: string;
  /** How many functions the API's documentation lists. */
  readonly documented: number;
}

/** A row of the generated list of functions that are not provided here. */
export interface AbsentRow {
  /** The family's folder. */
  readonly family: string;
  readonly summary: string;
  readonly dropped?: true;
}
