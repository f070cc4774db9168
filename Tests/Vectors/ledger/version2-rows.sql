-- A posted attempt with two levels, pieces and a correction, a presumed one that was cut, a void one, an open hold, alerts
-- of both kinds, a request without an attempt, and a label that was turned.

INSERT INTO epoch(started_at) VALUES(1795219200000);
UPDATE meta SET value=10000000000 WHERE name='skew_ms';
INSERT INTO price VALUES(1,'sim','m1','2026-11-01','USD','test',NULL,NULL,'images=5');
INSERT INTO price_rates(price,tier,above_input,input,output) VALUES(1,'',-1,1000000,2000000);
INSERT INTO identity(id,application,team,key,model,prompt,prompt_version,prompt_digest,prompt_label,generation,
    git_commit,provider,upstream_model,price,free,currency)
  VALUES(1,'bot','team-a','key_1','chat','reply','1.0.0',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','production','g1','c0ffee','sim','m1',1,0,'USD');
INSERT INTO period(id,scope,name,window,zone,currency,label,starts_at,ends_at,limit_nano,posted_nano,held_nano,
    presumed_nano) VALUES
  (1,'application','bot','day','UTC','USD','2026-11-21',1795219200000,1795305600000,300,110,30,60),
  (2,'team','team-a','day','UTC','USD','2026-11-21',1795219200000,1795305600000,500,110,30,60);
INSERT INTO hold(request,attempt,identity,superseded,admitted_at,input_max,output_max,bound_nano,period,held_nano,
    state,seq) VALUES(x'019fff00000070000000000000000004',1,1,0,1795262400000,30,0,30,1,30,'final',2);
INSERT INTO attempt(request,attempt,identity,superseded,admitted_at,input_max,output_max,bound_nano,period,fx,
    held_nano,posted_nano,state,basis,cost_nano,violation,input,output,upstream_status,endpoint,outcome,status,
    stream,started_at,total_ms,fallback,cut,extras,tier) VALUES
  (x'019fff00000070000000000000000001',1,1,0,1795262400000,80,0,80,1,NULL,80,45,'posted','reported',45,0,30,5,
    200,'/v1/chat/completions','completed',200,0,1795262400000,12,0,0,'images=1','default'),
  (x'019fff00000070000000000000000002',1,1,0,1795262400000,60,0,60,1,NULL,60,60,'presumed','presumed',60,0,0,0,
    NULL,'/v1/chat/completions','truncated',200,1,1795262400000,12,0,1,NULL,NULL),
  (x'019fff00000070000000000000000003',1,1,0,1795262400000,60,0,60,1,NULL,60,0,'voided','not_billed',0,0,0,0,
    500,'/v1/chat/completions','failed',502,0,1795262400000,12,0,0,NULL,NULL);
INSERT INTO line VALUES(x'019fff00000070000000000000000001',1,2,NULL,80,45),
  (x'019fff00000070000000000000000002',1,2,NULL,60,60),
  (x'019fff00000070000000000000000003',1,2,NULL,60,0),
  (x'019fff00000070000000000000000004',1,2,NULL,30,NULL);
INSERT INTO request(request,identity,endpoint,outcome,status,stream,started_at,total_ms,fallback)
  VALUES(x'019fff00000070000000000000000005',1,'/v1/chat/completions','refused',402,0,1795262400000,1,0);
INSERT INTO adjustment(period,request,attempt,kind,nano,by_whom,reason,at,name) VALUES
  (NULL,x'019fff00000070000000000000000001',1,'late_usage',5,'test','late',1795262400000,'late-1'),
  (1,x'019fff00000070000000000000000001',1,'late_usage',5,'test','late',1795262400000,NULL),
  (2,x'019fff00000070000000000000000001',1,'late_usage',5,'test','late',1795262400000,NULL);
INSERT INTO key VALUES('key_1','bot','first',zeroblob(32),1795219200000,NULL,NULL,NULL);
INSERT INTO idempotency VALUES('bot','again',x'019fff00000070000000000000000001',zeroblob(32),1795262400000,1);
INSERT INTO alert(period,ppm,kind,at,limit_nano,posted_nano,held_nano,delivered_at,tries,last_error) VALUES
  (1,200000,'held',1795262400000,300,0,80,1795262401000,2,'HTTP 500'),
  (1,200000,'posted',1795262400000,300,105,0,NULL,1,'HTTP 503');
INSERT INTO prompt_override(name,label,version,digest,by_whom,reason,at) VALUES('reply','production','1.0.0',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','alice','complaints',1795262400000);
