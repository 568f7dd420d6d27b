import { WorkerHost } from './host/worker_host.js';
import { Page } from './page.js';
import { fromHash } from './state/page_state.js';
import { Store } from './state/store.js';
import { mirrorInUrl } from './state/url_mirror.js';
import { prefersStillness } from './views/dom.js';

const asked = fromHash(location.hash);
const still = prefersStillness();
const store = new Store({
  ...asked,
  playing: asked.playing && !still,
  training: asked.training === 'running' && still ? 'paused' : asked.training,
});
mirrorInUrl(store);
const root = document.getElementById('page');
if (root) new Page(root, store, new WorkerHost());
