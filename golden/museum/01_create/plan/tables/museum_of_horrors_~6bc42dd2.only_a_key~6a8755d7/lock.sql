-- Keeps other writers of museum of "horrors".only a key out until the transaction ends.
LOCK "museum of ""horrors"""."only a key";
