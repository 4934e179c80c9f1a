// What is known of documented functions. Each family with functions that are not provided here has one data file with
// their descriptions. provided.json has what the documentation says of the others, whose descriptions are in
// src/functions: the generator and the contract tests read it, not the program.
export interface CatalogueParam {
  readonly type: string;
  readonly doc: string;
  readonly required?: boolean;
  readonly default?: string;
  readonly values?: readonly string[];
  readonly list?: boolean;
}

/** The shape of a response: the name of a type, a list of one shape, or a hash. The key `*` of a hash means any key. */
export type CatalogueShape =
  string | readonly CatalogueShape[] | { readonly [key: string]: CatalogueShape } | null;

export interface CatalogueEntry {
  readonly summary: string;
  /** The version of WHM that introduced it. Null if not documented. */
  readonly since: number | null;
  readonly method: string;
  readonly params: Readonly<Record<string, CatalogueParam>>;
  readonly returns: CatalogueShape;
  /** A sentence about what is not publicly known about the function. */
  readonly gap?: string;
  /** True if WHM's present API no longer has the function. */
  readonly dropped?: boolean;
  readonly deprecated?: boolean;
}

/** What the documentation says of a function that is provided here: a row of provided.json. */
export interface ProvidedEntry extends Pick<CatalogueEntry, 'since' | 'dropped'> {
  readonly params: Readonly<Record<string, Omit<CatalogueParam, 'doc'>>>;
}

export interface Catalogue {
  readonly title: string;
  readonly functions: Readonly<Record<string, CatalogueEntry>>;
}

/** A row of the generated list of families. */
export interface FamilyRow {
  readonly title: string;
  /** The number of functions that the API's documentation lists. */
  readonly documented: number;
}

/** A row of the generated list of functions that are not provided here. */
export interface AbsentRow {
  /** The name of the family's folder. */
  readonly family: string;
  readonly summary: string;
  readonly dropped?: true;
}
