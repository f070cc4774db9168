-- What a ledger of version 3 had beside the rows of version 2.

INSERT INTO rollup VALUES(1994736,1,3,3,1,0,4,0,110,0,60,30,0,0,0,0,0,0,5,0,0);
