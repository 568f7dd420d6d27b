import { fromHash, type PageState, toHash } from './page_state.js';
import type { Store } from './store.js';

/** Browsers refuse more than about a hundred changes of the address in half a minute. */
const PAUSE = 300;

/** Keeps the address of the page and the store the same. A change of task is a step in the history. */
export function mirrorInUrl(store: Store<PageState>): void {
  let timer = 0;
  const write = () => {
    timer = 0;
    if (location.hash.slice(1) !== toHash(store.state)) {
      history.replaceState(null, '', `#${toHash(store.state)}`);
    }
  };
  store.subscribe((state, before) => {
    if (state.task !== before.task && location.hash.slice(1) !== toHash(state)) {
      history.pushState(null, '', `#${toHash(state)}`);
    } else if (!timer) timer = window.setTimeout(write, PAUSE);
  });
  // the back and forward buttons, and an address changed by hand
  window.addEventListener('popstate', () => {
    clearTimeout(timer);
    timer = 0;
    store.set(fromHash(location.hash));
  });
}
