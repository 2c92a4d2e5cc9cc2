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

use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_refused;

/**
 * Has the system lines of activities made anew by the service.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class renewal {
    /** @var bool|null Whether what proxies send comes to the service; null: not looked at yet. */
    private ?bool $isway = null;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var client The service. */
        private readonly client $client,
    ) {
    }

    /**
     * Has the lines of a course's activities made anew. The activities are registered before; those that were refused then
     * are left as they are.
     *
     * @param int $courseid Id of the course.
     * @param bool $all Whether the service is asked for all of them, or only where Moodle sees that they are not right.
     * @return int How many texts have changed.
     * @throws service_exception
     */
    public function course(int $courseid, bool $all): int {
        global $DB;
        $coursename = (string) $DB->get_field('course', 'fullname', ['id' => $courseid]);
        $instances = activities::instances($courseid);
        $changed = 0;
        foreach (array_diff_key(activities::of_course($courseid), array_flip(refused_activities::ids())) as $activity) {
            $responsible = system_lines::has_any($activity->text) ? activities::responsible($activity, $instances) : null;
            if ($responsible === null) {
                continue;
            }
            $context = $activity->context($responsible, $coursename);
            $isright = system_lines::are_current($activity->text, $context, system_lines::own_host());
            if (($all || !$isright) && $this->may_change($activity)) {
                $changed += $this->renew($activity, $context) ? 1 : 0;
            }
        }
        return $changed;
    }

    /**
     * Tells whether what proxies send comes to the service, as far as it can be seen from here.
     *
     * @return bool
     * @throws service_exception
     */
    public function is_way_open(): bool {
        if ($this->isway === null) {
            // Where that is refused it is not asked again for each activity.
            $this->isway = false;
            $this->isway = records_path::look($this->client, curl_transport::from_settings())->state !== records_path::WRONG;
        }
        return $this->isway;
    }

    /**
     * Tells whether nothing is lost by new lines: with new lines and a wrong way every record would be refused. Where there
     * is no token now there is nothing to lose.
     *
     * @param activity $activity The activity.
     * @return bool
     * @throws service_exception
     */
    private function may_change(activity $activity): bool {
        return system_lines::token($activity->text) === '' || $this->is_way_open();
    }

    /**
     * Has the lines of one activity made anew.
     *
     * @param activity $activity The activity.
     * @param array $context What the service has to know of it.
     * @return bool Whether its text has changed.
     * @throws service_exception
     */
    private function renew(activity $activity, array $context): bool {
        $arguments = ['source_text' => $activity->text, 'contexts' => [$context]];
        try {
            $answer = $this->client->call(command::call('copy_custom_params', $arguments));
        } catch (service_refused $fault) {
            if (!$fault->is_of_one()) {
                throw $fault;
            }
            // This text can't be read at all, or the service has not registered this activity; with the others it goes on.
            return false;
        }
        $text = (string) ($answer['copies'][0]['text'] ?? '');
        // Empty: the text has an error that its teacher has to mend on the page of the activity.
        return $text !== '' && $text !== $activity->text && self::replace($activity, $text);
    }

    /**
     * Writes a text, unless somebody else has written it meanwhile.
     *
     * @param activity $activity The activity, with the text that was read.
     * @param string $text The new text.
     * @return bool Whether it was written.
     */
    private static function replace(activity $activity, string $text): bool {
        $new = fn(string $now): string => $now === $activity->text ? $text : $now;
        $iswritten = stored_text::change($activity->id, $new);
        if ($iswritten && system_lines::has_old_token($activity->text)) {
            old_tokens::count_one();
        }
        return $iswritten;
    }
}
