<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

/**
 * Upgrades from mod_lticontainer 1.6.3.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

/**
 * Brings the tables to the version of the code. No row is lost, and no request is made: what needs the service is left to
 * a task.
 *
 * @param int $oldversion Version that is installed.
 * @return bool Always true.
 */
function xmldb_lticontainer_upgrade($oldversion) {
    global $CFG, $DB;
    $manager = $DB->get_manager();

    if ($oldversion < 2026012900) {
        // Tables of older versions are not known well enough to be changed without a risk for what is in them.
        throw new moodle_exception('upgradefirst', 'mod_lticontainer', '', $oldversion);
    }

    if ($oldversion < 2026112500) {
        $instances = new xmldb_table('lticontainer');

        $host = new xmldb_field('host', XMLDB_TYPE_CHAR, '128', null, null, null, null, 'namepattern');
        if (!$manager->field_exists($instances, $host)) {
            $manager->add_field($instances, $host);
        }
        // 255 characters hold no more than some fifty ids.
        $hidden = new xmldb_field('no_display_lti', XMLDB_TYPE_CHAR, '1333', null, null, null, null, 'display_lti');
        $manager->change_field_precision($instances, $hidden);

        if (!$manager->table_exists('lticontainer_queue')) {
            $manager->install_one_table_from_xmldb_file(__DIR__ . '/install.xml', 'lticontainer_queue');
        }

        \mod_lticontainer\task\after_upgrade::queue();
        upgrade_mod_savepoint(true, 2026112500, 'lticontainer');
    }

    if ($oldversion < 2026112503) {
        if (!$manager->table_exists('lticontainer_names')) {
            $manager->install_one_table_from_xmldb_file(__DIR__ . '/install.xml', 'lticontainer_names');
        }
        \mod_lticontainer\local\client::remember_service();
        upgrade_mod_savepoint(true, 2026112503, 'lticontainer');
    }

    if ($oldversion < 2026112506) {
        $queue = new xmldb_table('lticontainer_queue');
        $number = fn(string $name, string $length, string $before) =>
            new xmldb_field($name, XMLDB_TYPE_INTEGER, $length, null, XMLDB_NOTNULL, null, '0', $before);
        $text = fn(string $name, string $length, string $before) =>
            new xmldb_field($name, XMLDB_TYPE_CHAR, $length, null, null, null, null, $before);
        $fields = [
            $text('sender', '32', 'timecreated'),
            $number('courseid', '10', 'sender'),
            $number('bytes', '10', 'courseid'),
            $number('state', '1', 'bytes'),
            $number('tries', '10', 'state'),
            $number('timetried', '10', 'tries'),
            $number('timenext', '10', 'timetried'),
            $text('lasterror', '255', 'timenext'),
        ];
        foreach ($fields as $field) {
            if (!$manager->field_exists($queue, $field)) {
                $manager->add_field($queue, $field);
            }
        }
        foreach ([['kind'], ['kind', 'state'], ['courseid', 'state']] as $columns) {
            $old = new xmldb_index(implode('-', $columns), XMLDB_INDEX_NOTUNIQUE, $columns);
            if ($manager->index_exists($queue, $old)) {
                $manager->drop_index($queue, $old);
            }
        }
        $indexes = [
            new xmldb_index('kind-state-id', XMLDB_INDEX_NOTUNIQUE, ['kind', 'state', 'id']),
            new xmldb_index('sender-state-bytes', XMLDB_INDEX_NOTUNIQUE, ['sender', 'state', 'bytes']),
            new xmldb_index('courseid-sender-state-bytes', XMLDB_INDEX_NOTUNIQUE, ['courseid', 'sender', 'state', 'bytes']),
        ];
        foreach ($indexes as $index) {
            if (!$manager->index_exists($queue, $index)) {
                $manager->add_index($queue, $index);
            }
        }
        upgrade_mod_savepoint(true, 2026112506, 'lticontainer');
    }

    return true;
}
