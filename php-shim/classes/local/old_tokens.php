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

namespace mod_lticontainer\local;

use context_course;
use core\message\message;
use core_user;
use moodle_url;
use stdClass;

/**
 * Tokens of Moodle's web service in the parameters of activities, as 1.6.3 wrote them. Every student's browser sees them.
 *
 * Administrators are told when one can be revoked, and which activities still need it.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class old_tokens {
    /** @var string Setting: how many activities have lost theirs since administrators were told. */
    private const RENEWED = 'oldtokensrenewed';

    /** @var string Setting: how many activities still had one when administrators were told. */
    private const LEFT = 'oldtokensleft';

    /** @var int So many activities are named in a message. */
    private const NAMED = 50;

    /**
     * Notes that an activity has lost its old token. It is kept: what follows may fail, and be done another time.
     */
    public static function count_one(): void {
        set_config(self::RENEWED, self::setting(self::RENEWED) + 1, 'mod_lticontainer');
    }

    /**
     * Finds the activities that have one.
     *
     * @return stdClass[] With course, cmid, name and coursename, by their ids, in the order of the courses.
     */
    public static function find(): array {
        global $DB;
        $sql = "SELECT l.id, l.course, cm.id AS cmid, l.name, c.fullname AS coursename, l.instructorcustomparameters
                  FROM {lti} l
                  JOIN {course} c ON c.id = l.course
                  JOIN {course_modules} cm ON cm.instance = l.id AND cm.course = l.course AND cm.deletioninprogress = 0
                  JOIN {modules} m ON m.id = cm.module AND m.name = 'lti'
                 WHERE " . $DB->sql_like('l.instructorcustomparameters', '?', false) . "
              ORDER BY c.id, l.id";
        $rows = $DB->get_records_sql($sql, ['%lms\_rpctoken%']);
        return array_filter($rows, fn(stdClass $row) => system_lines::has_old_token($row->instructorcustomparameters));
    }

    /**
     * Tells the administrators what was done since they were told last, and what is left. Without news it does nothing.
     */
    public static function report(): void {
        [$renewed, $were] = [self::setting(self::RENEWED), self::setting(self::LEFT)];
        if ($renewed === 0 && $were === 0) {
            return;
        }
        $left = self::find();
        if ($renewed > 0 || !$left) {
            foreach (get_admins() as $admin) {
                $before = force_current_language($admin->lang);
                try {
                    self::tell($admin, $renewed, $left);
                } finally {
                    force_current_language($before);
                }
            }
        }
        set_config(self::LEFT, count($left), 'mod_lticontainer');
        unset_config(self::RENEWED, 'mod_lticontainer');
    }

    /**
     * Tells an administrator, in the language of the moment, which is theirs.
     *
     * @param stdClass $admin The user.
     * @param int $renewed How many activities have lost theirs.
     * @param stdClass[] $left Those that still have one.
     */
    private static function tell(stdClass $admin, int $renewed, array $left): void {
        $say = fn(string $name, int $count = 0) => get_string("oldtoken_$name", 'mod_lticontainer', $count);
        $url = (new moodle_url($left ? '/mod/lticontainer/connection.php' : '/admin/webservice/tokens.php'))->out(false);
        $lines = [
            $renewed ? $say('renewed', $renewed) : '',
            $left ? $say('left', count($left)) : $say('revoke'),
            ...array_map(self::line(...), array_slice($left, 0, self::NAMED)),
            $url,
        ];
        $message = new message();
        $message->component = 'mod_lticontainer';
        $message->name = 'oldtoken';
        $message->userfrom = core_user::get_noreply_user();
        $message->userto = $admin;
        $message->notification = 1;
        $message->subject = $say($left ? 'subject_left' : 'subject');
        $message->smallmessage = $message->subject;
        $message->fullmessage = implode("\n", array_filter($lines));
        $message->fullmessageformat = FORMAT_PLAIN;
        $message->fullmessagehtml = '';
        $message->contexturl = $url;
        $message->contexturlname = $say($left ? 'link_left' : 'link');
        message_send($message);
    }

    /**
     * Names an activity in a message.
     *
     * @param stdClass $row One of those that were found.
     * @return string Plain text.
     */
    private static function line(stdClass $row): string {
        [$course, $name] = self::names($row);
        return "- $course: $name " . self::url($row)->out(false);
    }

    /**
     * Returns the names of the course of an activity and of itself, in the language of the moment.
     *
     * @param stdClass $row One of those that were found.
     * @return string[] Plain text.
     */
    public static function names(stdClass $row): array {
        $options = ['context' => context_course::instance($row->course), 'escape' => false];
        return array_map(fn(string $name): string => format_string($name, true, $options), [$row->coursename, $row->name]);
    }

    /**
     * Returns the page on which the parameters of an activity can be changed.
     *
     * @param stdClass $row One of those that were found.
     * @return moodle_url
     */
    public static function url(stdClass $row): moodle_url {
        return new moodle_url('/course/modedit.php', ['update' => $row->cmid]);
    }

    /**
     * Reads a number from the settings.
     *
     * @param string $name Its name.
     * @return int 0 where there is none.
     */
    private static function setting(string $name): int {
        return (int) get_config('mod_lticontainer', $name);
    }
}
