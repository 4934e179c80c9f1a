// The field for the user in forms of logins.
import { html, type Html } from './html.ts';

/** @param user a known user. Empty if the field gets the focus. */
export function renderUserField(user: string): Html {
  return html`<label for="user">User</label>
    <input
      id="user"
      name="user"
      value="${user}"
      required
      maxlength="64"
      autocomplete="username"
      autocapitalize="none"
      spellcheck="false"
      ${user === '' && html`autofocus`}
    />`;
}
