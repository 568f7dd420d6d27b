import { prefersStillness } from '../views/dom.js';
import { fromHash, type PageState, toHash } from './page_state.js';
import type { Store } from './store.js';

/** Browsers refuse more than about a hundred changes of the address in half a minute. */
const PAUSE = 300;

/** The state that the address stands for; where the system asks for stillness nothing moves by itself. */
export function stateOfAddress(): PageState {
  const asked = fromHash(location.hash);
  if (!prefersStillness()) return asked;
  return { ...asked, playing: false, training: asked.training === 'running' ? 'paused' : asked.training };
}

/** Keeps the address of the page and the store the same. A change of task is a step in the history. */
export function mirrorInUrl(store: Store<PageState>): void {
  let timer = 0;
  let isFollowing = false;
  const write = (state: PageState) => {
    clearTimeout(timer);
    timer = 0;
    if (location.hash.slice(1) !== toHash(state)) history.replaceState(null, '', `#${toHash(state)}`);
  };
  store.subscribe((state, before) => {
    if (state.task !== before.task && !isFollowing) {
      write(before); // what is not written yet belongs to the step that is left
      history.pushState(null, '', `#${toHash(state)}`);
    } else if (!timer) timer = window.setTimeout(() => write(store.state), PAUSE);
  });
  // the back and forward buttons, and an address changed by hand
  window.addEventListener('popstate', () => {
    clearTimeout(timer);
    timer = 0;
    isFollowing = true;
    store.set(stateOfAddress());
    isFollowing = false;
  });
}
