export { FakeClock } from "./fake-clock.ts";
export {
  checkStore,
  storeContract,
  type CheckStoreOptions,
  type ContractFailure,
  type Damage,
  type StoreContractCase,
  type StoreSlice,
} from "./store-contract.ts";
