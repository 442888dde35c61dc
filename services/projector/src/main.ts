import { runService } from '@auditmesh/runtime';
import { service } from './projector.module.js';

await runService(service);
