-- Creates `bob_old`, which has every kind of object, with `bob_other`, the users `bob_app` and `bob_ro`, and the role
-- `bob_reader`.
CREATE DATABASE bob_old CHARACTER SET latin1 COMMENT 'the shop';
CREATE DATABASE bob_other;
USE bob_old;
CREATE TABLE parent (id INT PRIMARY KEY, name VARCHAR(20)) ENGINE=InnoDB;
CREATE TABLE child (id INT, p INT, FULLTEXT (note), note TEXT, CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE);
CREATE TABLE bob_other.outer_child (p INT, FOREIGN KEY (p) REFERENCES bob_old.parent (id));
CREATE TABLE log (what VARCHAR(40)) ENGINE=Aria;
CREATE TABLE `a``b "quoted" é .x` (`c``d` INT);
CREATE TABLE versioned (x INT) WITH SYSTEM VERSIONING;
CREATE TABLE parts (x INT) PARTITION BY HASH (x) PARTITIONS 3;
CREATE TABLE old_engine (x INT) ENGINE=MyISAM;
CREATE SEQUENCE seq START WITH 5;
INSERT INTO parent VALUES (1, 'one'), (2, 'two');
INSERT INTO child VALUES (10, 1, 'x'), (11, 2, 'y');
INSERT INTO versioned VALUES (1); UPDATE versioned SET x = 2;
INSERT INTO parts VALUES (1), (2), (3); INSERT INTO old_engine VALUES (7);
DO NEXTVAL(seq);
CREATE USER bob_app@localhost IDENTIFIED BY 'x', bob_app@'10.0.0.%' IDENTIFIED BY 'x', bob_ro@localhost IDENTIFIED BY 'x';
CREATE ROLE bob_reader;
GRANT ALL PRIVILEGES ON `bob\_old`.* TO bob_app@localhost, bob_app@'10.0.0.%';
GRANT SELECT, INSERT ON `bob_old`.* TO bob_ro@localhost WITH GRANT OPTION;
GRANT SELECT ON `bob\_old`.* TO bob_reader;
GRANT SELECT (id), UPDATE (name, id), INSERT ON bob_old.parent TO bob_ro@localhost;
GRANT DELETE HISTORY, SHOW VIEW ON bob_old.versioned TO bob_ro@localhost;
DELIMITER //
CREATE FUNCTION count_parents() RETURNS INT READS SQL DATA BEGIN RETURN (SELECT COUNT(*) FROM parent); END//
CREATE DEFINER=bob_app@localhost PROCEDURE fill(IN n INT) SQL SECURITY INVOKER COMMENT 'it''s' BEGIN DECLARE i INT DEFAULT 0; WHILE i < n DO INSERT INTO log VALUES ('é'); SET i = i + 1; END WHILE; END//
CREATE AGGREGATE FUNCTION agg(x INT) RETURNS INT BEGIN DECLARE s INT DEFAULT 0; DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN s; LOOP FETCH GROUP NEXT ROW; SET s = s + x; END LOOP; END//
CREATE TRIGGER bob_old.t1 BEFORE INSERT ON bob_old.parent FOR EACH ROW INSERT INTO log VALUES (CONCAT('first ', NEW.id))//
CREATE DEFINER=bob_app@localhost TRIGGER t2 BEFORE INSERT ON parent FOR EACH ROW FOLLOWS t1 BEGIN INSERT INTO log VALUES ('second'); END//
CREATE TRIGGER t0 BEFORE INSERT ON parent FOR EACH ROW PRECEDES t1 INSERT INTO log VALUES ('zeroth')//
CREATE TRIGGER t3 AFTER DELETE ON child FOR EACH ROW INSERT INTO log VALUES ('named')//
SET NAMES latin1//
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'//
CREATE TRIGGER t4 AFTER UPDATE ON "child" FOR EACH ROW INSERT INTO "log" VALUES ('back\slash')//
CREATE PROCEDURE ansi() SELECT "id" FROM "parent"//
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 03:00:00' ON COMPLETION PRESERVE COMMENT 'at night' DO INSERT INTO "log" VALUES ('a\b')//
SET NAMES utf8mb4//
SET sql_mode = 'ORACLE'//
CREATE PACKAGE pk AS FUNCTION f RETURN INT; END//
CREATE PACKAGE BODY pk AS FUNCTION f RETURN INT AS BEGIN RETURN 4; END; END//
SET sql_mode = DEFAULT//
CREATE DEFINER=bob_app@localhost EVENT once ON SCHEDULE AT '2037-01-01 03:00:00' DISABLE DO DELETE FROM log//
CREATE EVENT past ON SCHEDULE EVERY 1 DAY STARTS '2001-01-01' ENDS '2002-01-01' ON COMPLETION PRESERVE DO DELETE FROM log//
CREATE DEFINER=bob_reader PROCEDURE by_role() SELECT 1//
ALTER DATABASE bob_old CHARACTER SET utf8mb4//
CREATE PROCEDURE later(x VARCHAR(10)) SELECT x//
CREATE TRIGGER t5 BEFORE UPDATE ON log FOR EACH ROW SET NEW.what = 'é'//
DELIMITER ;
CREATE VIEW z_first AS SELECT parent.id, '`parent`.x' AS text, child.note FROM parent JOIN child ON child.p = parent.id;
CREATE DEFINER=bob_app@localhost SQL SECURITY INVOKER VIEW a_second AS SELECT z_first.id, count_parents() AS n, bob_old.count_parents() AS m FROM z_first;
CREATE VIEW across AS SELECT p.id FROM bob_old.parent p JOIN bob_other.outer_child o ON o.p = p.id WITH CHECK OPTION;
CREATE VIEW of_union AS SELECT id FROM parent UNION SELECT p FROM bob_other.outer_child;
SET NAMES latin1; CREATE VIEW latin AS SELECT 'x' AS y; SET NAMES utf8mb4;
GRANT SELECT ON bob_old.a_second TO bob_ro@localhost;
GRANT EXECUTE ON PROCEDURE bob_old.fill TO bob_ro@localhost WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION bob_old.count_parents TO bob_ro@localhost;
GRANT EXECUTE ON PACKAGE bob_old.pk TO bob_ro@localhost;
