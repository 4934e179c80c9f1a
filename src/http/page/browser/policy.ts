// The policy of two-factor authentication, as it is while the page shows it.
export interface Policy {
  readonly isOn: boolean;
  /** True if the user may enable and disable it. */
  readonly maySwitch: boolean;
}
