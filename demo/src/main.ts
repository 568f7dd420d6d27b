import { WorkerHost } from './host/worker_host.js';
import { Page } from './page.js';
import { Store } from './state/store.js';
import { mirrorInUrl, stateOfAddress } from './state/url_mirror.js';

const store = new Store(stateOfAddress());
mirrorInUrl(store);
const root = document.getElementById('page');
if (root) new Page(root, store, new WorkerHost());
