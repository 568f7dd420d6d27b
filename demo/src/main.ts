import { WorkerHost } from './host/worker_host.ts';
import { Page } from './page.ts';
import { fromHash } from './state/page_state.ts';
import { Store } from './state/store.ts';
import { mirrorInUrl } from './state/url_mirror.ts';
import { prefersStillness } from './views/dom.ts';

const asked = fromHash(location.hash);
const store = new Store({ ...asked, playing: asked.playing && !prefersStillness() });
mirrorInUrl(store);
const root = document.getElementById('page');
if (root) new Page(root, store, new WorkerHost());
