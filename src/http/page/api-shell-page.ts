// The API Shell: the frame. Its script fills it with the functions that the visitor may call.
import { coverage } from '../../functions/coverage.generated.ts';
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';

export function renderApiShellPage(visitor: Visitor): string {
  const main = html`<div class="shell">
    <section class="finder card" aria-labelledby="finder-title">
      <h1 id="finder-title">API Shell</h1>
      <form role="search" id="search">
        <label for="query">Find a function</label>
        <input
          id="query"
          type="search"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          placeholder="name or words"
          aria-controls="functions"
          aria-describedby="found"
        />
      </form>
      <p class="hint" id="found" role="status"></p>
      <nav id="functions" aria-label="Functions"></nav>
    </section>
    <div class="function" id="function">
      <section class="card blank">
        <h2>No function selected</h2>
        <p>
          Select a function from the list, or search by name or description. Its help, a form for its
          parameters, and the call for scripts appear here.
        </p>
        <p class="hint">
          ${
            visitor.service === 'whostmgrd'
              ? `${coverage} The list shows those that you can call.`
              : 'The list shows the functions of UAPI that your account can call.'
          }
        </p>
      </section>
    </div>
  </div>`;
  return renderPage({ name: 'api-shell', title: 'API Shell', main }, visitor);
}
